using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Media;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Backends.Gpu;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Grains.Levels;

/// <summary>Makes samplers from stored videos.</summary>
/// <param name="blobs">The videos.</param>
/// <param name="scratch">Files for the decoder.</param>
/// <param name="clips">Clips that were decoded a moment ago.</param>
/// <param name="device">The silo's device; <c>null</c> if it has no device.</param>
internal sealed class SamplerSource(IBlobStore blobs, ScratchDirectory scratch, ClipCache clips, GpuDevice? device = null)
{
    /// <summary>Decodes the inputs.</summary>
    /// <exception cref="VgpnnException">The inputs cannot be used as the settings say, or the device is missing.</exception>
    public async Task<Sampler> MakeAsync(RequestWork work, CancellationToken cancellation)
    {
        RequestSettings settings = RequestSettings.Read(work.Settings);
        var inputs = new List<SamplerInput>();
        foreach (UsedInput input in work.Inputs)
        {
            ReadOptions options = settings.ReadOptions(input.Role) with { Name = input.Name };
            Clip clip = clips.Find(input.File.Key, options) ?? await DecodeAsync(input.File, options, cancellation);
            inputs.Add(new SamplerInput(input.Role, FrameRate.TryParse(settings.FrameRate, out FrameRate rate) ? clip.WithFrameRate(rate) : clip));
        }

        if (work.Backend != BackendName.Gpu) return Sampler.Create(inputs, settings.Options);
        if (device is null) throw new VgpnnException(ErrorKind.Device, "no-device", "this silo has no GPU");
        return Sampler.Create(inputs, settings.Options, device: device);
    }

    private async Task<Clip> DecodeAsync(StoredBlob blob, ReadOptions options, CancellationToken cancellation)
    {
        using ScratchFile file = await scratch.FetchAsync(blobs, blob, cancellation);
        return (await ClipReader.ReadAsync(file.Path, options, cancellation)).Clip;
    }
}
