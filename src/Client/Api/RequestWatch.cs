using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Vgpnn.Client.Reporting;
using Vgpnn.Contracts;

namespace Vgpnn.Client.Api;

/// <summary>Watches a request until it finishes, and reports the progress of its samples.</summary>
internal sealed class RequestWatch(ApiClient api, IRunReporter reporter, bool json)
{
    private readonly SortedDictionary<int, Sample> _samples = [];

    /// <returns>The finished request.</returns>
    public async Task<Request> RunAsync(Request request, CancellationToken cancellation)
    {
        ShowProgress(request);
        await foreach (SseItem<string> item in api.EventsAsync(request.Id, cancellation))
        {
            switch (item.EventType)
            {
                case EventNames.Sample:
                    Sample sample = JsonSerializer.Deserialize<Sample>(item.Data, ApiJson.Options)!;
                    bool changed = !_samples.TryGetValue(sample.Index, out Sample? before) || before.State != sample.State;
                    _samples[sample.Index] = sample;
                    if (json) Console.WriteLine(JsonSerializer.Serialize(new { type = "sample", sample }, ApiJson.Options));
                    else if (changed && Console.IsErrorRedirected) Log(sample);
                    break;
                case EventNames.Request:
                    request = JsonSerializer.Deserialize<Request>(item.Data, ApiJson.Options)!;
                    if (json) Console.WriteLine(JsonSerializer.Serialize(new { type = "request", request }, ApiJson.Options));
                    break;
            }

            ShowProgress(request);
        }

        return request;
    }

    private static void Log(Sample sample)
    {
        string? word = sample.State switch
        {
            WorkState.Succeeded => $"finished after {HumanText.Duration(sample.Seconds ?? 0)}",
            WorkState.Failed => $"failed: {sample.Error?.Message}",
            WorkState.Cancelled => "cancelled",
            _ => null,
        };
        if (word is not null) Console.Error.WriteLine($"sample {sample.Index}: {HumanText.OneLine(word)}");
    }

    // "3 of 8 samples  sample 3: 12/16 levels  sample 4: 2/16 levels  41 %"
    private void ShowProgress(Request request)
    {
        double done = _samples.Values.Where(s => s.State == WorkState.Running).Sum(s => s.Fraction) + request.Samples.Ended;
        IEnumerable<string> running = _samples.Values.Where(s => s.State == WorkState.Running).Take(4).Select(s =>
            string.Create(CultureInfo.InvariantCulture, $"  sample {s.Index}: {request.Levels - (s.Level ?? request.Levels)}/{request.Levels} levels"));
        string queue = request.QueueAhead > 0 && request.State == WorkState.Queued ? $"  {HumanText.Number(request.QueueAhead.Value)} ahead in the queue" : "";
        reporter.Stage(string.Create(
            CultureInfo.InvariantCulture,
            $"{request.Samples.Ended} of {HumanText.Count(request.Samples.Total, "sample")}{string.Concat(running)}{queue}  {Math.Floor(100 * done / request.Samples.Total):0} %"));
    }
}
