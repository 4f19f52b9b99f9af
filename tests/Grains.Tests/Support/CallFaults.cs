using Orleans.Runtime;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>What goes wrong with a call between grains.</summary>
internal enum CallFault
{
    /// <summary>The call never arrives.</summary>
    LoseCall,

    /// <summary>The call is executed, but its reply is lost.</summary>
    LoseReply,

    /// <summary>The call arrives when the fault is removed.</summary>
    Hold,

    /// <summary>The call is executed, but its reply arrives when the fault is removed.</summary>
    HoldReply,

    /// <summary>The call is executed twice.</summary>
    Repeat,

    /// <summary>Nothing; calls are only counted.</summary>
    None,
}

/// <summary>Faults of calls that tests switch on and off. Runs on the silo that is called, before every other filter.</summary>
internal sealed class CallFaults : IIncomingGrainCallFilter
{
    private readonly Lock _lock = new();
    private readonly List<Rule> _rules = [];

    /// <summary>Injects a fault until the result is disposed, or it has happened <paramref name="times"/> times.</summary>
    /// <param name="method">The interface and the method, such as <c>IRequestGrain.Collect</c>; <c>null</c> for all.</param>
    /// <param name="key">A part of the grain's key, such as the tenant's id.</param>
    /// <param name="fault">What goes wrong.</param>
    /// <param name="times">How often.</param>
    /// <param name="chance">The probability of the fault for each call.</param>
    public Rule Inject(string? method, string key, CallFault fault, int times = int.MaxValue, double chance = 1)
    {
        var rule = new Rule(this, method, key, fault, times, chance);
        lock (_lock) _rules.Add(rule);
        return rule;
    }

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        string method = $"{context.InterfaceMethod?.DeclaringType?.Name}.{context.InterfaceMethod?.Name}", key = context.TargetId.Key.ToString()!;
        Rule? rule;
        lock (_lock) rule = _rules.FirstOrDefault(r => r.Matches(method, key));
        switch (rule?.Fault)
        {
            case CallFault.LoseCall:
                throw new TimeoutException($"the call was lost: {method} of {key}");
            case CallFault.LoseReply:
                await context.Invoke();
                throw new TimeoutException($"the reply was lost: {method} of {key}");
            case CallFault.Hold:
                await rule.Removed;
                await context.Invoke();
                break;
            case CallFault.HoldReply:
                await context.Invoke();
                await rule.Removed;
                break;
            case CallFault.Repeat:
                await context.Request.Invoke();
                await context.Invoke();
                break;
            default:
                await context.Invoke();
                break;
        }
    }

    /// <summary>An injected fault.</summary>
    internal sealed class Rule(CallFaults faults, string? method, string key, CallFault fault, int times, double chance) : IDisposable
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Random _random = new(11);
        private int _left = times;

        public CallFault Fault { get; } = fault;

        /// <summary>Completes when a call met the fault.</summary>
        public Task Reached => _reached.Task;

        /// <summary>How often it has happened.</summary>
        public int Hits { get; private set; }

        internal Task Removed => _removed.Task;

        public void Dispose()
        {
            lock (faults._lock) faults._rules.Remove(this);
            _removed.TrySetResult();
        }

        internal bool Matches(string itsMethod, string itsKey)
        {
            if (_left <= 0 || (method is not null && method != itsMethod) || !itsKey.Contains(key, StringComparison.Ordinal)) return false;
            if (chance < 1 && _random.NextDouble() >= chance) return false;
            _left--;
            Hits++;
            _reached.TrySetResult();
            return true;
        }
    }
}
