namespace Vgpnn.Browser.Tests.Support;

/// <summary>A test that needs Chromium; skipped without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (PageServer.Chromium is null) Skip = "Chromium is not installed; ./test installs it if permitted";
    }
}
