using Orleans.Runtime;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>A fault of a call between grains.</summary>
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

/// <summary>
/// Faults of calls, named by the interface and the method, such as <c>IRequestGrain.Collect</c>. Runs on the silo that is called,
/// before every other filter.
/// </summary>
internal sealed class CallFaults() : FaultRules<CallFault>(seed: 11), IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        string method = $"{context.InterfaceMethod?.DeclaringType?.Name}.{context.InterfaceMethod?.Name}", key = context.TargetId.Key.ToString()!;
        Rule? rule = Find(method, key, _ => true);
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
}
