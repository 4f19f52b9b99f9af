using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Tests.Applications;

/// <summary>Tests that run for every application.</summary>
[Collection(nameof(Alone))]
public class EveryApplicationTests
{
    private static readonly Clip Video = TestClip.Blobs(7, 29, 35, seed: 3), Other = TestClip.Blobs(6, 31, 40, seed: 8);

    public static TheoryData<Application, bool, bool> Kinds => new()
    {
        { Application.Generation, false, false },
        { Application.Generation, true, false },
        { Application.Generation, false, true },
        { Application.Retargeting, false, false },
        { Application.Inpainting, false, false },
        { Application.Inpainting, false, true },
        { Application.Analogy, false, true },
        { Application.Sketch, false, true },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Frames_of_every_application_are_the_same_on_one_and_two_threads_and_on_repetition(Application application, bool loop, bool second)
    {
        string one = Create(application, loop, second).Sample(5, 1, new Workers(1)).ContentHash();
        Sampler sampler = Create(application, loop, second);
        Assert.Equal(one, sampler.Sample(5, 1, new Workers(2)).ContentHash());
        Assert.Equal(one, sampler.Sample(5, 1, new Workers(2)).ContentHash());
    }

    /// <summary>After cancellation the run raises no event and begins no further step.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Cancelled_run_ends_before_its_next_step_and_can_be_repeated(Application application, bool loop, bool second)
    {
        Sampler sampler = Create(application, loop, second);
        int events = 0;
        string whole = sampler.Sample(5, 1, new Workers(2), _ => events++).ContentHash();
        foreach (int at in (int[])[1, events / 3, events - 2])
        {
            using var source = new CancellationTokenSource();
            int seen = 0;
            Assert.ThrowsAny<OperationCanceledException>(() => sampler.Sample(5, 1, new Workers(2, source.Token), _ =>
            {
                if (++seen == at) source.Cancel();
            }));
            Assert.Equal(at, seen);
        }

        Assert.Equal(whole, sampler.Sample(5, 1, new Workers(2)).ContentHash());
    }

    /// <summary>Motion estimation checks for cancellation between two frames.</summary>
    [Fact]
    public void Cancelled_motion_estimation_ends_before_the_next_pair_of_frames()
    {
        Sampler sampler = Create(Application.Analogy, false, true);
        using var source = new CancellationTokenSource();
        int seen = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => sampler.Prepare(new Workers(2, source.Token), _ =>
        {
            if (++seen == 2) source.Cancel();
        }));
        Assert.Equal(2, seen);
        sampler.Prepare(new Workers(2));
    }

    private static Sampler Create(Application application, bool loop, bool second)
    {
        MethodOptions options = MethodOptions.For(application, loop);
        if (!options.FollowsStructure) options = options with { Iterations = 2, MinS = 12 };
        if (application == Application.Retargeting) options = options with { Scale = new Scale(0.8, 1, 0.6) };
        List<SamplerInput> inputs = application switch
        {
            Application.Analogy => [new(InputRole.Content, Video), new(InputRole.Style, Other)],
            Application.Sketch => [new(InputRole.Sketch, Video), new(InputRole.Style, Other)],
            Application.Inpainting => [new(InputRole.Input, Video), new(InputRole.Mask, MaskOf(Video))],
            _ => [new(InputRole.Input, Video)],
        };
        if (second && application == Application.Inpainting) inputs.Add(new(InputRole.Source, Other));
        if (second && application == Application.Generation) inputs.Add(new(InputRole.Input, Other));
        return Sampler.Create(inputs, options);
    }

    private static Clip MaskOf(Clip video)
    {
        var white = new byte[3 * video.Height * video.Width];
        for (int h = 11; h < 18; h++) white.AsSpan(3 * ((h * video.Width) + 13), 3 * 8).Fill(255);
        return new Clip([white], video.Width, video.Height, video.FrameRate);
    }
}
