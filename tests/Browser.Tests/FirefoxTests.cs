using Vgpnn.Browser.Tests.Support;

namespace Vgpnn.Browser.Tests;

/// <summary>The shortest complete workflow in Firefox: sign in, drop a clip, make videos, watch them play.</summary>
[Collection(Pages.Name)]
public sealed class FirefoxTests(PageServer server)
{
    [FirefoxFact]
    public async Task Dropped_clip_becomes_samples_that_play_in_Firefox()
    {
        (_, string key) = await server.TenantAsync();
        await using Firefox firefox = await Firefox.OpenAsync(server.Address);
        await firefox.HoldsAsync("document.querySelector('form input')");
        await firefox.EvaluateAsync(
            $$"""
            (() => {
              const key = document.querySelector('form input');
              key.value = '{{key}}';
              key.dispatchEvent(new Event('input', { bubbles: true }));
              key.form.requestSubmit();
            })()
            """);
        await firefox.HoldsAsync("document.querySelector('.drop')");
        string content = Convert.ToBase64String(await File.ReadAllBytesAsync(PageServer.Clip("lanterns.mp4")));
        await firefox.EvaluateAsync(
            $$"""
            (() => {
              const transfer = new DataTransfer();
              transfer.items.add(new File([Uint8Array.from(atob('{{content}}'), c => c.charCodeAt(0))], 'lanterns.mp4', { type: 'video/mp4' }));
              const zone = document.querySelector('.drop');
              for (const type of ['dragenter', 'dragover', 'drop']) zone.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
            })()
            """);
        await firefox.HoldsAsync("document.querySelector('#samples')");
        await firefox.EvaluateAsync(
            """
            (() => {
              const samples = document.querySelector('#samples');
              samples.value = 2;
              samples.dispatchEvent(new Event('input', { bubbles: true }));
            })()
            """);
        await firefox.HoldsAsync("!document.querySelector('button[type=submit].large').disabled");
        await firefox.EvaluateAsync("document.querySelector('button[type=submit].large').click()");
        await firefox.HoldsAsync("document.querySelectorAll('.card[data-state=succeeded]').length === 2");

        // The input and both samples play in sync.
        const string Videos = "[...document.querySelectorAll('.card video')]";
        await firefox.HoldsAsync($"{Videos}.length === 3 && {Videos}.every(v => v.readyState >= 2)");
        await firefox.HoldsAsync($"{Videos}.every(v => !v.paused || v.currentTime > 0)");
        Assert.Empty(firefox.Complaints);
    }
}
