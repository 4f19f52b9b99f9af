using System.Net;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Vgpnn.Grains;
using Vgpnn.Silo.Settings;
using IPNetwork = System.Net.IPNetwork;

namespace Vgpnn.Silo.Api.Edge;

/// <summary>What the API believes of a request's way to it: which proxies it trusts, and for which host names it answers.</summary>
internal static class EdgeSettings
{
    private const StringSplitOptions Trimmed = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;

    /// <summary>Takes scheme and client address from the headers of trusted proxies, of those only.</summary>
    /// <exception cref="GrainException"><c>bad-setting</c>.</exception>
    public static void AddProxies(this IServiceCollection services, SiloSettings settings)
    {
        IPNetwork[] trusted = [.. settings.TrustedProxies.Split(',', Trimmed).Select(Network)];
        services.Configure<ForwardedHeadersOptions>(o =>
        {
            o.ForwardedHeaders = trusted.Length == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            o.KnownProxies.Clear();
            o.KnownIPNetworks.Clear();
            foreach (IPNetwork network in trusted) o.KnownIPNetworks.Add(network);

            // Through all trusted proxies, up to the first address that is not one.
            o.ForwardLimit = null;
        });
    }

    /// <summary>
    /// Refuses host names that the settings do not allow, except in what probes ask: they name the pod's address. Without this, a page of another site
    /// can have its own name point to this machine, and the browser takes the server for a part of that site (DNS rebinding).
    /// </summary>
    public static void UseHosts(this WebApplication app)
    {
        // The framework's own instance of this middleware, which allows any name here, is ahead of the one that writes problems.
        var options = new HostFilteringOptions { AllowedHosts = [.. HostsOf(app.Services.GetRequiredService<SiloSettings>())], IncludeFailureMessage = false };
        app.UseWhen(
            context => !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal) && !context.Request.Path.StartsWithSegments("/metrics", StringComparison.Ordinal),
            branch => branch.UseMiddleware<HostFilteringMiddleware>(new FixedOptions(options)));
    }

    /// <summary>The host names that requests may name; <c>*</c>: any.</summary>
    internal static IReadOnlyList<string> HostsOf(SiloSettings settings)
    {
        string[] hosts = settings.Hosts.Split(',', Trimmed);
        if (hosts.Length > 0) return hosts;
        return settings.Serve && settings.Urls.Split(';', Trimmed).All(IsLoopback) ? ["localhost", "*.localhost", "127.0.0.1", "[::1]"] : ["*"];
    }

    private static bool IsLoopback(string url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? address) && address.IsLoopback;

    private static IPNetwork Network(string text)
    {
        if (IPNetwork.TryParse(text, out IPNetwork network)) return network;
        return IPAddress.TryParse(text, out IPAddress? address)
            ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw new GrainException(
                "bad-setting", $"invalid value '{text}' of the setting {nameof(SiloSettings.TrustedProxies)}", "use IP addresses and networks such as 10.0.0.0/8, separated by commas");
    }

    private sealed class FixedOptions(HostFilteringOptions options) : IOptionsMonitor<HostFilteringOptions>
    {
        public HostFilteringOptions CurrentValue => options;

        public HostFilteringOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<HostFilteringOptions, string?> listener) => null;
    }
}
