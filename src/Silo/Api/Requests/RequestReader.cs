using Vgpnn.Grains;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Silo.Api.Lists;
using Vgpnn.Silo.Api.Sessions;

using Request = Vgpnn.Contracts.Request;

namespace Vgpnn.Silo.Api.Requests;

/// <summary>Completes requests with what other grains know of them.</summary>
internal static class RequestReader
{
    /// <summary>A request with its place in the tenant's queue.</summary>
    public static async Task<Request> ReadAsync(this IGrainFactory grains, Caller caller, RequestStatus request, CancellationToken cancellation)
    {
        Task<long?> ahead = request.IsFinished ? Task.FromResult<long?>(null) : grains.Tenant(caller.Tenant).WaitingAhead(JobKey.RequestEntry(request.RequestId));
        IReadOnlySet<string> deleted = await grains.DeletedInputsAsync(caller.Tenant, [request], cancellation);
        return caller.Map(request, deleted, await ahead.WaitAsync(cancellation));
    }

    /// <summary>Ids of the requests' inputs that were deleted.</summary>
    public static async Task<IReadOnlySet<string>> DeletedInputsAsync(
        this IGrainFactory grains, string tenant, IEnumerable<RequestStatus> requests, CancellationToken cancellation)
    {
        IEnumerable<string> used = requests.SelectMany(r => r.Inputs).Select(i => i.VideoId).Distinct();
        return (await Listing.SelectAsync(used, DeletedAsync, cancellation)).OfType<string>().ToHashSet();

        async Task<string?> DeletedAsync(string video) =>
            await grains.Video(tenant, video).GetAny() is null or { State: Grains.Abstractions.VideoState.Deleted } ? video : null;
    }

    /// <summary>A request; <c>null</c>: it does not exist.</summary>
    public static async Task<RequestStatus?> FindAsync(this IRequestGrain request, CancellationToken cancellation)
    {
        try
        {
            return await request.Get().WaitAsync(cancellation);
        }
        catch (GrainException e) when (e.Code == "not-found")
        {
            return null;
        }
    }
}
