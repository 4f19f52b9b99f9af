using Orleans.Dashboard;
using Vgpnn.Contracts;
using Vgpnn.Silo.Api.Edge;
using Vgpnn.Silo.Api.Sessions;
using Vgpnn.Silo.Settings;

namespace Vgpnn.Silo.Hosting.Clustering;

/// <summary>The Orleans dashboard: which grains are active where, and how often and how fast they are called.</summary>
internal static class Dashboard
{
    /// <summary>Has a silo collect what the dashboard shows, if the setting asks for it. Every silo needs the same setting.</summary>
    public static void AddDashboard(this WebApplicationBuilder builder, SiloSettings settings)
    {
        if (settings.Dashboard) builder.UseOrleans(silo => silo.AddDashboard());
    }

    /// <summary>Serves the dashboard to callers with the scope admin.</summary>
    public static void MapDashboard(this WebApplication app, SiloSettings settings)
    {
        if (settings is { Dashboard: true, IsApi: true, IsClient: false }) app.MapOrleansDashboard(PageHeaders.DashboardPath).Needs(KeyScope.Admin);
    }
}
