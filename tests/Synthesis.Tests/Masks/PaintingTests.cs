using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Masks;

namespace Vgpnn.Synthesis.Tests.Masks;

public sealed class PaintingTests
{
    [Fact]
    public void Frames_under_the_same_layers_share_one_mask_and_the_video_is_painted_in_place()
    {
        const int side = 4, frames = 100;
        var video = new Clip([.. Enumerable.Range(0, frames).Select(_ => new byte[3 * side * side])], side, side, new FrameRate(10, 1));

        // Two layers: colours and marks of each, from top to bottom.
        byte[] picture = new byte[3 * side * side * 4];
        picture.AsSpan(0, 3 * side * side).Fill(90);
        picture.AsSpan(3 * side * side, 3 * side * side).Fill(Painting.CueFrom);
        picture.AsSpan(3 * side * side * 3, 3).Fill(Painting.FillFrom);
        var layers = new Clip([picture], side, side * 4, new FrameRate(10, 1));

        (Clip painted, Clip mask) = Painting.Apply(video, layers, [new FrameRange(1, 40), new FrameRange(31, 60)]);

        Assert.Equal(4, mask.Frames.Distinct().Count());
        for (int t = 0; t < frames; t++)
        {
            Assert.Same(video.Frames[t], painted.Frames[t]);
            Assert.Equal(t < 40 ? 90 : 0, painted.Frames[t][^1]);
            Assert.Equal(t < 60 ? 255 : 0, mask.Frames[t][0]);
            Assert.Equal(t < 40 ? 255 : 0, mask.Frames[t][^1]);
        }
    }
}
