using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.RegularExpressions;
using Vgpnn.Api.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Media;
using Vgpnn.Media.Stills;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Masks;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Api.Tests;

/// <summary>API that only the page uses.</summary>
[Collection(ServerGroup.Name)]
public sealed class PageTests(ApiServer server)
{
    [Fact]
    public async Task Previews_are_published_from_coarse_to_fine_as_levels_finish()
    {
        (HttpClient http, _) = await server.TenantAsync();
        Video video = await ApiServer.UploadAsync(http, await Clips.SmallAsync());
        Request request = await ApiServer.SubmitAsync(http, ApiServer.LongDraft(video.Id, 1));
        var levels = new List<int>();
        using HttpResponseMessage response = await http.GetAsync(request.Links.Events, HttpCompletionOption.ResponseHeadersRead);
        await foreach (SseItem<string> item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            if (item.EventType != EventNames.Sample || JsonSerializer.Deserialize<Sample>(item.Data, ApiJson.Options) is not { Links.Preview: { } link } sample) continue;
            if (levels.Count == 0 || levels[^1] != sample.Level) levels.Add(sample.Level!.Value);
            using HttpResponseMessage preview = await http.GetAsync(link);

            // A finer one may have replaced it.
            if (preview.StatusCode == HttpStatusCode.OK) await IsStripAsync(preview, sample.PreviewFrames!.Value);
            if (levels.Count >= 2) break;
        }

        Assert.Equal(levels.OrderDescending(), levels);
        await http.PostAsync($"{request.Links.Self}/cancel", null);
        Sample cancelled = await ApiServer.GetAsync<Sample>(http, $"{request.Links.Samples}/0");
        using HttpResponseMessage kept = await http.GetAsync(cancelled.Links.Preview);
        await IsStripAsync(kept, cancelled.PreviewFrames!.Value);

        // The preview is deleted with its request.
        await http.DeleteAsync(request.Links.Self);
        await http.DeleteAsync(video.Links.Self);
        Assert.Equal(0, (await ApiServer.GetAsync<Limits>(http, "/v1/limits")).Used.Bytes);
    }

    [Fact]
    public async Task Printed_sign_in_link_works_once()
    {
        string once = Regex.Match(server.Log, @"/#enter=(vgp_once_\w+)").Groups[1].Value;
        Assert.NotEmpty(once);
        using HttpClient http = server.Connect(null);
        http.DefaultRequestHeaders.Add("X-Vgpnn-Page", "1");
        using HttpResponseMessage first = await http.PostAsJsonAsync("/v1/session", new SessionDraft(once), ApiJson.Options);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal("default", (await first.Content.ReadFromJsonAsync<Session>(ApiJson.Options))!.Tenant);
        Assert.Equal("key-unknown", (await ApiServer.ProblemAsync(await http.PostAsJsonAsync("/v1/session", new SessionDraft(once), ApiJson.Options))).Code);

        // A one-time link is not a key.
        using HttpClient asKey = server.Connect(once);
        Assert.Equal("key-malformed", (await ApiServer.ProblemAsync(await asKey.GetAsync("/v1/limits"))).Code);
    }

    [Fact]
    public async Task All_samples_of_a_request_are_downloaded_as_one_zip()
    {
        Request request = await server.EndedAsync(server.First, await ApiServer.SubmitAsync(server.First, ApiServer.Draft(server.VideoId, 2)));
        foreach (string format in (string[])["mp4", "gif"])
        {
            using HttpResponseMessage response = await server.First.GetAsync($"{request.Links.Self}/download?format={format}");
            Assert.Equal(("application/zip", "attachment"), (response.Content.Headers.ContentType?.MediaType, response.Content.Headers.ContentDisposition?.DispositionType));
            using var zip = new ZipArchive(new MemoryStream(await response.Content.ReadAsByteArrayAsync()));
            Assert.Equal([$"{request.Id[^6..]}-0000.{format}", $"{request.Id[^6..]}-0001.{format}", "manifest.json"], zip.Entries.Select(e => e.FullName));
            Assert.All(zip.Entries, e => Assert.True(e.Length > 100));
        }

        Assert.Equal("bad-format", (await ApiServer.ProblemAsync(await server.First.GetAsync($"{request.Links.Self}/download?format=exe"))).Code);
        Request waits = await ApiServer.SubmitAsync(server.First, ApiServer.LongDraft(server.VideoId, 1));
        Assert.Equal("sample-not-there", (await ApiServer.ProblemAsync(await server.First.GetAsync($"{waits.Links.Self}/download"))).Code);
        await server.First.DeleteAsync(waits.Links.Self);
    }

    [Fact]
    public async Task Painting_becomes_a_video_and_a_mask_and_changes_no_other_bit()
    {
        // Two layers of 12×8: a red cue in the left half, shown over frames 1 to 3, and a mark without colour on the right, in frame 8.
        const int rows = 8, columns = 12;
        byte[] pixels = new byte[3 * columns * rows * 4];
        Fill(0, 0, 6, 200, 20, 10);
        Fill(1, 0, 6, 255, 255, 255);
        Fill(3, 6, 12, 128, 128, 128);
        using HttpResponseMessage response = await server.First.PostAsync(
            $"/v1/videos/{server.VideoId}/paintings?ranges=1-3,8-8", new ByteArrayContent(StillImage.Png(pixels, columns, rows * 4)));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        Vgpnn.Contracts.Painting painting = (await response.Content.ReadFromJsonAsync<Vgpnn.Contracts.Painting>(ApiJson.Options))!;
        Clip before = await ReadAsync(server.VideoId), painted = await ReadAsync(painting.Painted.Id), mask = await ReadAsync(painting.Mask.Id);
        Assert.Equal((before.Extent, before.Extent, before.FrameRate), (painted.Extent, mask.Extent, painted.FrameRate));
        for (int t = 0; t < before.Frames.Count; t++)
        {
            for (int i = 0; i < before.Width * before.Height; i++)
            {
                bool left = i % before.Width < before.Width / 2, cue = t < 3 && left;
                byte[] colour = cue ? [200, 20, 10] : before.Frames[t][(3 * i)..((3 * i) + 3)];
                Assert.Equal(colour, painted.Frames[t][(3 * i)..((3 * i) + 3)]);
                Assert.Equal(cue || (t == 7 && !left) ? 255 : 0, mask.Frames[t][3 * i]);
            }
        }

        void Fill(int part, int from, int to, byte r, byte g, byte b)
        {
            for (int h = part * rows; h < (part + 1) * rows; h++)
                for (int w = from; w < to; w++) new[] { r, g, b }.CopyTo(pixels, 3 * ((h * columns) + w));
        }
    }

    [Theory]
    [InlineData("", "bad-ranges")]
    [InlineData("1", "bad-ranges")]
    [InlineData("a-b", "bad-ranges")]
    [InlineData("1-2,3-4,5-6", "paint-size")]
    [InlineData("0-2", "paint-range")]
    [InlineData("3-2", "paint-range")]
    [InlineData("1-9", "paint-range")]
    [InlineData("1-99999999999", "bad-ranges")]
    [InlineData("1-2", "nothing-painted")]
    [InlineData("1-1,1-1,1-1,1-1,1-1,1-1,1-1,1-1,1-1", "too-many-layers")]
    public async Task Invalid_paintings_are_refused(string ranges, string code)
    {
        byte[] nothing = StillImage.Png(new byte[3 * 8 * 8], 8, 8);
        using HttpResponseMessage response = await server.First.PostAsync(
            $"/v1/videos/{server.VideoId}/paintings?ranges={ranges}", new ByteArrayContent(nothing));
        Problem problem = await ApiServer.ProblemAsync(response);
        Assert.Equal((422, code), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task Estimate_contains_every_setting_as_resolved()
    {
        Estimate estimate = await ApiServer.SendAsync<Estimate>(server.First, HttpMethod.Post, "/v1/estimates", ApiServer.Draft(server.VideoId));
        Assert.Equal((2, 3, 0.87), ((double)estimate.Settings["iterations"]!, (double)estimate.Settings["noise"]!, (double)estimate.Settings["downscaleT"]!));
    }

    private static async Task IsStripAsync(HttpResponseMessage response, int frames)
    {
        Assert.Equal(SmallPicture.MediaType, response.Content.Headers.ContentType?.MediaType);
        byte[] picture = await response.Content.ReadAsByteArrayAsync();
        Assert.InRange(picture.Length, 1, SmallPicture.MaxBytes);
        string path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, picture);
        Assert.Equal(0, (await ClipReader.ReadAsync(path, new ReadOptions { Still = true })).Clip.Height % frames);
        File.Delete(path);
    }

    private async Task<Clip> ReadAsync(string video)
    {
        string path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, await server.First.GetByteArrayAsync($"/v1/videos/{video}/content"));
        Clip clip = (await ClipReader.ReadAsync(path)).Clip;
        File.Delete(path);
        return clip;
    }
}
