namespace Vgpnn.Grains.Tests.Support;

/// <summary>Faults that tests switch on and off.</summary>
/// <param name="seed">Of the random numbers that each rule compares its chance with.</param>
/// <typeparam name="TFault">The kinds of faults.</typeparam>
internal abstract class FaultRules<TFault>(int seed)
    where TFault : struct, Enum
{
    private readonly Lock _lock = new();
    private readonly List<Rule> _rules = [];

    /// <summary>Injects a fault until the result is disposed, or it has happened <paramref name="times"/> times.</summary>
    /// <param name="name">The call or state that the fault applies to, as the derived class names it; <c>null</c> for all.</param>
    /// <param name="key">A part of the grain's key, such as the tenant's id.</param>
    /// <param name="fault">The fault.</param>
    /// <param name="times">How often.</param>
    /// <param name="chance">The probability of the fault each time.</param>
    public Rule Inject(string? name, string key, TFault fault, int times = int.MaxValue, double chance = 1)
    {
        var rule = new Rule(this, name, key, fault, times, chance);
        lock (_lock) _rules.Add(rule);
        return rule;
    }

    /// <summary>The first rule that matches, which counts as a hit; faults that do not apply are passed over.</summary>
    protected Rule? Find(string name, string key, Func<TFault, bool> applies)
    {
        lock (_lock) return _rules.FirstOrDefault(r => applies(r.Fault) && r.Matches(name, key));
    }

    /// <summary>An injected fault.</summary>
    internal sealed class Rule(FaultRules<TFault> rules, string? name, string key, TFault fault, int times, double chance) : IDisposable
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Random _random = new(rules.Seed);
        private int _left = times;

        public TFault Fault { get; } = fault;

        /// <summary>Completes when the fault has happened.</summary>
        public Task Reached => _reached.Task;

        /// <summary>How often it has happened.</summary>
        public int Hits { get; private set; }

        internal Task Removed => _removed.Task;

        public void Dispose()
        {
            lock (rules._lock) rules._rules.Remove(this);
            _removed.TrySetResult();
        }

        internal bool Matches(string itsName, string itsKey)
        {
            if (_left <= 0 || (name is not null && name != itsName) || !itsKey.Contains(key, StringComparison.Ordinal)) return false;
            if (chance < 1 && _random.NextDouble() >= chance) return false;
            _left--;
            Hits++;
            _reached.TrySetResult();
            return true;
        }
    }

    private int Seed => seed;
}
