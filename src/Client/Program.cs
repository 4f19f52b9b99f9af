using System.CommandLine;
using Vgpnn.Client;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Commands;
using Vgpnn.Client.Reporting;

using var interruption = new Interruption();
try
{
    // Disables response files, so that file names may start with @.
    ParseResult parse = VgpnnCommand.Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    if (parse.Action is not { ClearsParseErrors: true }) UsageErrors.ThrowIfAny(parse, args);
    var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
    return await parse.InvokeAsync(invocation, interruption.Token);
}
catch (Exception e)
{
    return ErrorReport.Write(e, interruption.Token.IsCancellationRequested, json: args.TakeWhile(a => a != "--").Contains("--json"));
}
