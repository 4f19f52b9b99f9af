using Vgpnn.Browser.Tests.Support;

namespace Vgpnn.Browser.Tests;

/// <summary>Tests that share one server and one browser: one after the other, because they share two processors too.</summary>
[CollectionDefinition(Name)]
public sealed class Pages : ICollectionFixture<PageServer>
{
    public const string Name = "pages";
}
