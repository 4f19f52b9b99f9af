using System.Globalization;
using Orleans.Runtime;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>Reminders in the memory of the test, so that they outlive every silo.</summary>
internal sealed class MemoryReminders : IReminderTable
{
    private readonly Dictionary<(GrainId Grain, string Name), ReminderEntry> _rows = [];
    private readonly Lock _lock = new();
    private long _versions;

    /// <summary>Whether a grain has a reminder.</summary>
    public bool Has(GrainId grain)
    {
        lock (_lock) return _rows.Keys.Any(r => r.Grain == grain);
    }

    public Task<ReminderTableData> ReadRows(GrainId grainId)
    {
        lock (_lock) return Task.FromResult(new ReminderTableData(_rows.Values.Where(r => r.GrainId == grainId).ToArray()));
    }

    public Task<ReminderTableData> ReadRows(uint begin, uint end)
    {
        lock (_lock)
        {
            return Task.FromResult(new ReminderTableData(_rows.Values.Where(r => r.GrainId.GetUniformHashCode() is var hash
                && (begin < end ? hash > begin && hash <= end : hash > begin || hash <= end)).ToArray()));
        }
    }

    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        lock (_lock) return Task.FromResult(_rows.GetValueOrDefault((grainId, reminderName)));
    }

    public Task<string?> UpsertRow(ReminderEntry entry)
    {
        lock (_lock)
        {
            entry.ETag = (++_versions).ToString(CultureInfo.InvariantCulture);
            _rows[(entry.GrainId, entry.ReminderName)] = entry;
            return Task.FromResult<string?>(entry.ETag);
        }
    }

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        lock (_lock) return Task.FromResult(_rows.TryGetValue((grainId, reminderName), out ReminderEntry? row) && row.ETag == eTag && _rows.Remove((grainId, reminderName)));
    }

    public Task TestOnlyClearTable()
    {
        lock (_lock) _rows.Clear();
        return Task.CompletedTask;
    }
}
