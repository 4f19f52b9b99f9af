using Vgpnn.Browser.Tests.Support;

namespace Vgpnn.Browser.Tests;

/// <summary>Tests that share one server and one browser; they run one after another, because they also share two CPU cores.</summary>
[CollectionDefinition(Name)]
public sealed class Pages : ICollectionFixture<PageServer>
{
    public const string Name = "pages";
}
