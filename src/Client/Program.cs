using System.CommandLine;
using Vgpnn.Client;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Commands;
using Vgpnn.Client.Reporting;

using var interruption = new Interruption();
try
{
    // A name that begins with @ is a name; response files would open it.
    ParseResult parse = VgpnnCommand.Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    if (parse.Action is not { ClearsParseErrors: true }) UsageErrors.ThrowIfAny(parse, args);
    var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
    return await parse.InvokeAsync(invocation, interruption.Token);
}
catch (Exception e)
{
    return ErrorReport.Write(e, interruption.Token.IsCancellationRequested, json: args.TakeWhile(a => a != "--").Contains("--json"));
}
