namespace Vgpnn.Client.Batch;

/// <summary>Makes the samples of a batch's lines.</summary>
internal interface IBatchMaker : IDisposable
{
    /// <summary>Lines that are worked on at once.</summary>
    int AtOnce { get; }

    /// <summary>Makes the samples of a line that are not there yet, and enters each in the directory.</summary>
    Task MakeAsync(BatchItem item, IReadOnlyList<int> missing, BatchDirectory directory, CancellationToken cancellation);
}
