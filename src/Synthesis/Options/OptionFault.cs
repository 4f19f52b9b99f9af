namespace Vgpnn.Synthesis.Options;

/// <summary>Why a value of an option is not accepted.</summary>
/// <param name="Code">A stable name: <c>option-out-of-range</c>, <c>option-unknown</c>, <c>option-twice</c>, <c>option-unreadable</c> or <c>option-not-applicable</c>.</param>
/// <param name="Pointer">JSON pointer to the value, relative to the settings: <c>/patch/t</c>.</param>
/// <param name="Message">One sentence that names the option, the value and what is allowed.</param>
public sealed record OptionFault(string Code, string Pointer, string Message);
