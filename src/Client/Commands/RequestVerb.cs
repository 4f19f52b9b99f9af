using System.CommandLine;
using System.Text.Json;
using Vgpnn.Client.Api;
using Vgpnn.Client.CommandLine;
using Vgpnn.Contracts;

namespace Vgpnn.Client.Commands;

/// <summary>A command that calls a server.</summary>
internal abstract class RemoteVerb : Verb
{
    private readonly ServerSettings _server = new();

    protected RemoteVerb(string name, string description)
        : base(name, description)
    {
    }

    /// <summary>Adds the common options, after the command's own.</summary>
    protected void AddCommon()
    {
        _server.AddTo(this);
        Add(Json);
    }

    protected ApiClient Connect(ParseResult parse) => new(_server.Read(parse));

    protected static void WriteJson<T>(T value) => Console.WriteLine(JsonSerializer.Serialize(value, ApiJson.Options));
}

/// <summary>A command for one request.</summary>
internal abstract class RequestVerb : RemoteVerb
{
    private readonly Argument<string> _request = new("REQUEST")
    {
        Description = "The request's id as printed by 'submit', or 'last' for the newest request.",
    };

    protected RequestVerb(string name, string description)
        : base(name, description) => Add(_request);

    protected async Task<Request> FindAsync(ParseResult parse, ApiClient api, CancellationToken cancellation)
    {
        string id = parse.GetRequiredValue(_request);
        if (id == "last")
        {
            return (await api.ListRequestsAsync(1, cancellation)).Items is [{ } newest]
                ? newest
                : throw new RemoteException("not-found", "there are no requests yet", $"submit one: {ProgramName.Current} submit generate clip.mp4");
        }

        return await api.GetRequestAsync(Uri.EscapeDataString(id), cancellation);
    }
}
