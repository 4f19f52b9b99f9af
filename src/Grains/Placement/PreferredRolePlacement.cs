using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Metadata;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace Vgpnn.Grains.Placement;

/// <summary>Places the grain on a silo with the given role, or on any silo if no silo has that role.</summary>
/// <param name="role">One of the roles in the silo's metadata, such as <c>api</c>.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PreferredRoleAttribute(string role) : PlacementFilterAttribute(new PreferredRoleStrategy(role))
{
    /// <summary>The preferred role.</summary>
    public string Role { get; } = role;
}

/// <summary>The placement filter of <see cref="PreferredRoleAttribute"/>; the role travels in the grain's properties.</summary>
public sealed class PreferredRoleStrategy(string role) : PlacementFilterStrategy(order: 0)
{
    private const string RoleProperty = "role";

    /// <summary>For the runtime, which reads the role from the grain's properties.</summary>
    public PreferredRoleStrategy()
        : this("")
    {
    }

    /// <summary>The preferred role.</summary>
    public string Role { get; private set; } = role;

    /// <inheritdoc/>
    public override void AdditionalInitialize(GrainProperties properties) =>
        Role = GetPlacementFilterGrainProperty(RoleProperty, properties) ?? throw new InvalidOperationException("the placement filter has no role");

    /// <inheritdoc/>
    protected override IEnumerable<KeyValuePair<string, string>> GetAdditionalGrainProperties(
        IServiceProvider services, Type grainClass, GrainType grainType, IReadOnlyDictionary<string, string> existingProperties) =>
        [new(RoleProperty, Role)];
}

/// <summary>Keeps the silos with the preferred role.</summary>
public sealed class PreferredRoleDirector(ISiloMetadataCache metadata) : IPlacementFilterDirector
{
    /// <summary>The metadata key of a silo's roles, separated by commas.</summary>
    public const string RolesKey = "roles";

    /// <inheritdoc/>
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        string role = ((PreferredRoleStrategy)filterStrategy).Role;
        List<SiloAddress> all = [.. silos];

        // 1. Silos with the role.
        List<SiloAddress> preferred = all.FindAll(s => RolesOf(s) is { } roles && HasRole(roles, role));
        if (preferred.Count > 0) return preferred;

        // 2. Silos whose roles are not known yet: metadata arrives shortly after a silo joins.
        List<SiloAddress> unknown = all.FindAll(s => RolesOf(s) is null);
        return unknown.Count > 0 ? unknown : all;
    }

    private static bool HasRole(string roles, string role) =>
        roles.Split(',', StringSplitOptions.TrimEntries).Contains(role, StringComparer.Ordinal);

    private string? RolesOf(SiloAddress silo) => metadata.GetSiloMetadata(silo).Metadata.GetValueOrDefault(RolesKey);
}

/// <summary>Registers the placement filter.</summary>
public static class PreferredRolePlacement
{
    /// <summary>Adds the filter of <see cref="PreferredRoleAttribute"/>. Every silo of the cluster needs it.</summary>
    public static ISiloBuilder AddPreferredRolePlacement(this ISiloBuilder builder)
    {
        builder.Services.AddPlacementFilter<PreferredRoleStrategy, PreferredRoleDirector>(ServiceLifetime.Transient);
        return builder;
    }
}
