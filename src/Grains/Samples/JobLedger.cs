using System.Text.Json.Serialization;
using Vgpnn.Grains.Abstractions;

namespace Vgpnn.Grains.Samples;

/// <summary>
/// The attempts of a job, as its grain stores them: the fence of everything that a worker writes, and the counts of crashes
/// and errors. An attempt that is replaced while it is open has crashed: its worker was lost.
/// </summary>
internal sealed record JobLedger
{
    /// <summary>Points of a crash that can only be the job's own doing; others may have been a neighbour's.</summary>
    private const int PointsAlone = 3, PointsBeside = 1;

    private const int MaxErrors = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>Number of the last attempt; 0: none.</summary>
    public int Attempt { get; init; }

    /// <summary>Whether it may still write.</summary>
    public bool Open { get; init; }

    /// <summary>The order that it began with.</summary>
    public string? Order { get; init; }

    /// <summary>Jobs that its worker ran beside it at its beginning.</summary>
    public int Beside { get; init; }

    /// <summary>Points of crashes since the last checkpoint.</summary>
    public int CrashPoints { get; init; }

    /// <summary>Attempts that ended with an error.</summary>
    public int Errors { get; init; }

    /// <summary>Whether the last attempt ended with an error.</summary>
    public bool Erred { get; init; }

    /// <summary>Whether workers are lost with the job too often.</summary>
    [JsonIgnore]
    public bool IsPoisoned { get; private init; }

    /// <summary>Begins an attempt; the same order again gives the same attempt.</summary>
    /// <param name="order">The dispatcher's order.</param>
    /// <param name="beside">Other jobs of the worker.</param>
    /// <param name="maxCrashes">Crashes of its worker with which the job is given up, if it ran alone.</param>
    public JobLedger Begin(JobOrder order, int beside, int maxCrashes)
    {
        if (Open && Order == order.Id) return this;
        int points = CrashPoints;
        if (Open) points += (order.LostBeside ?? Beside) == 0 ? PointsAlone : PointsBeside;
        if (points >= maxCrashes * PointsAlone) return this with { Open = false, CrashPoints = points, IsPoisoned = true };
        return this with { Attempt = Attempt + 1, Open = true, Erred = false, Order = order.Id, Beside = beside, CrashPoints = points };
    }

    /// <summary>Throws unless the attempt may still write.</summary>
    /// <exception cref="GrainException"><c>fenced</c>.</exception>
    public void Check(int attempt)
    {
        if (!Open || attempt != Attempt) throw GrainException.Fenced();
    }

    /// <summary>Whether an attempt ended with an error, and none came after it.</summary>
    public bool HasErred(int attempt) => Erred && !Open && attempt == Attempt;

    /// <summary>Progress was stored.</summary>
    public JobLedger Advance() => CrashPoints == 0 ? this : this with { CrashPoints = 0 };

    /// <summary>Closes the attempt.</summary>
    public JobLedger Close() => this with { Open = false };

    /// <summary>Closes the attempt after an error.</summary>
    public JobLedger CloseWithError() => this with { Open = false, Erred = true, Errors = Errors + 1 };

    /// <summary>What follows an error.</summary>
    /// <param name="final">Whether another attempt would be in vain.</param>
    public JobErrorDecision Decide(bool final) => final || Errors >= MaxErrors
        ? new JobErrorDecision(true, TimeSpan.Zero)
        : new JobErrorDecision(false, FirstPause * Math.Pow(4, Errors - 1) * (0.75 + (Random.Shared.NextDouble() / 2)));
}
