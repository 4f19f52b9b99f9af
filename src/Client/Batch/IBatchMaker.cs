namespace Vgpnn.Client.Batch;

/// <summary>Makes the samples of a batch's lines.</summary>
internal interface IBatchMaker : IDisposable
{
    /// <summary>Number of lines that are processed concurrently.</summary>
    int AtOnce { get; }

    /// <summary>Makes the missing samples of a line and adds them to the directory.</summary>
    Task MakeAsync(BatchItem item, IReadOnlyList<int> missing, BatchDirectory directory, CancellationToken cancellation);
}
