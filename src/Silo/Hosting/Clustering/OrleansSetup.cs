using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orleans.Configuration;
using Orleans.Connections.Security;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Vgpnn.Grains;
using Vgpnn.Grains.Placement;
using Vgpnn.Grains.Storage;
using Vgpnn.Silo.Settings;

namespace Vgpnn.Silo.Hosting.Clustering;

/// <summary>Makes the process a silo of the cluster, or a client of its gateways.</summary>
internal static class OrleansSetup
{
    /// <summary>The metadata key of the arithmetic backends of a silo.</summary>
    public const string BackendKey = "backend";

    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Adds a silo: identity, endpoints, storage, membership, TLS, limits.</summary>
    /// <exception cref="GrainException"><c>bad-setting</c> or <c>port-in-use</c>.</exception>
    public static void AddOrleans(this WebApplicationBuilder builder, SiloSettings settings)
    {
        StorageSetting storage = StorageSetting.Parse(settings.Storage, settings.Data);
        IPAddress address = ParseAddress(settings.Address);
        int siloPort = ChoosePort(address, settings.SiloPort, nameof(settings.SiloPort));
        int gatewayPort = settings.GatewayPort == 0 ? 0 : ChoosePort(address, settings.GatewayPort, nameof(settings.GatewayPort));

        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (settings.ClusterId, settings.ServiceId));
            silo.Configure<SiloOptions>(o => o.SiloName = settings.Name);
            silo.Configure<EndpointOptions>(o =>
            {
                (o.AdvertisedIPAddress, o.SiloPort, o.GatewayPort) = (address, siloPort, gatewayPort);
                o.SiloListeningEndpoint = new IPEndPoint(address, siloPort);
                if (gatewayPort != 0) o.GatewayListeningEndpoint = new IPEndPoint(address, gatewayPort);
            });
            silo.UseStorage(storage);
            silo.AddMembership();
            silo.AddDirectory();
            silo.AddLimits();
            silo.AddActivityPropagation();
            silo.AddIncomingGrainCallFilter<StorageFaultFilter>();
            silo.UseSiloMetadata(new Dictionary<string, string>
            {
                [PreferredRoleDirector.RolesKey] = settings.Roles,
                [BackendKey] = settings.HasDevice ? "gpu" : "cpu",
            });
            silo.AddPreferredRolePlacement();
            if (CreateTls(settings) is { } tls) silo.UseTls(tls.Configure);
            silo.Services.AddSingleton<IFatalErrorHandler, FatalErrorHandler>();
        });
    }

    /// <summary>Adds a client for a process that hosts only the HTTP API.</summary>
    public static void AddOrleansClient(this WebApplicationBuilder builder, SiloSettings settings)
    {
        StorageSetting storage = StorageSetting.Parse(settings.Storage, settings.Data);
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (settings.ClusterId, settings.ServiceId));
            client.Configure<ClientMessagingOptions>(o => o.ResponseTimeout = ResponseTimeout);
            client.Configure<GatewayOptions>(o => o.GatewayListRefreshPeriod = TimeSpan.FromSeconds(5));
            client.UseStorage(storage);
            client.AddActivityPropagation();
            client.UseConnectionRetryFilter(RetryConnectionAsync);
            if (CreateTls(settings) is { } tls) client.UseTls(tls.Configure);
        });
    }

    /// <summary>Failure detection: a silo that was killed is declared dead after 4 to 6 s, a suspended one after about 10 s.</summary>
    private static void AddMembership(this ISiloBuilder silo) => silo.Configure<ClusterMembershipOptions>(o =>
    {
        o.ProbeTimeout = TimeSpan.FromSeconds(2);
        o.MaxProbeTimeout = TimeSpan.FromSeconds(3);
        o.NumMissedProbesLimit = 3;
        o.NumVotesForDeathDeclaration = 2;
        o.TableRefreshTimeout = TimeSpan.FromSeconds(5);
        o.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
        o.EnableConnectionLivenessCheck = true;
    });

    private static void AddLimits(this ISiloBuilder silo)
    {
        silo.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = ResponseTimeout);
        silo.Configure<GrainCollectionOptions>(o =>
        {
            o.CollectionAge = TimeSpan.FromMinutes(5);

            // Jobs may use three quarters of the memory; activations are deactivated when the machine is really short.
            o.EnableActivationSheddingOnMemoryPressure = true;
            o.MemoryUsageLimitPercentage = 92;
            o.MemoryUsageTargetPercentage = 88;
        });
    }

    /// <summary>
    /// Uses the directory that recovers its entries: with the default one, the death of any silo deactivates the grains of the other silos
    /// whose entries it held.
    /// </summary>
    private static void AddDirectory(this ISiloBuilder silo)
    {
#pragma warning disable ORLEANSEXP003
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003

        // The lease would keep the grains of a dead silo from activating for another 20 s, to rule out a second activation on a silo that is
        // only cut off. Here the version of the state refuses the writes of such an activation.
        silo.Configure<GrainDirectoryOptions>(o => o.RangeLeaseDuration = TimeSpan.Zero);
    }

    private static async Task<bool> RetryConnectionAsync(Exception exception, CancellationToken cancellation)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        return true;
    }

    private static MutualTls? CreateTls(SiloSettings settings)
    {
        string[] files = [settings.TlsCertificate, settings.TlsKey, settings.TlsAuthority];
        if (files.All(string.IsNullOrEmpty)) return null;
        return files.Any(string.IsNullOrEmpty)
            ? throw new GrainException(
                "bad-setting", "TLS is configured only in part", "set TlsCertificate, TlsKey and TlsAuthority, or none of them")
            : new MutualTls(files[0], files[1], files[2]);
    }

    private static IPAddress ParseAddress(string address) =>
        IPAddress.TryParse(address, out IPAddress? ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any)
            ? ip
            : throw new GrainException(
                "bad-setting", $"invalid address '{address}'", "set Address to the IP address at which other silos reach this one");

    private static int ChoosePort(IPAddress address, int port, string setting)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // As Orleans binds: a port whose former connections are still closing is free.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            return ((IPEndPoint)socket.LocalEndPoint!).Port;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            throw new GrainException(
                "port-in-use", string.Create(CultureInfo.InvariantCulture, $"port {port} on {address} is not available"),
                $"choose another {setting}, or 0 for a free one");
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressNotAvailable)
        {
            throw new GrainException(
                "bad-setting", $"this machine does not have the address {address}", "set Address to one of its own IP addresses");
        }
    }
}
