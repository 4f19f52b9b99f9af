namespace Vgpnn.Browser.Tests.Support;

/// <summary>A test that needs Chromium; skipped without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (PageServer.Chromium is null) Skip = "there is no Chromium on this machine; ./test installs it where it may";
    }
}
