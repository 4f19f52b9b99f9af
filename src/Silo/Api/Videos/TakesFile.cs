namespace Vgpnn.Silo.Api.Videos;

/// <summary>The endpoint's request body is a file, whatever media type the caller declares.</summary>
internal sealed record TakesFile;
