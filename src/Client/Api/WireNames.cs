using Vgpnn.Contracts;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Api;

/// <summary>Converts applications and input roles between this program and the API, so that the API does not change with names in code.</summary>
internal static class WireNames
{
    public static RequestApplication ToWire(this Application application) => application switch
    {
        Application.Generation => RequestApplication.Generation,
        Application.Retargeting => RequestApplication.Retargeting,
        Application.Inpainting => RequestApplication.Inpainting,
        Application.Analogy => RequestApplication.Analogy,
        Application.Sketch => RequestApplication.Sketch,
        _ => throw new ArgumentOutOfRangeException(nameof(application)),
    };

    public static Application FromWire(this RequestApplication application) => application switch
    {
        RequestApplication.Generation => Application.Generation,
        RequestApplication.Retargeting => Application.Retargeting,
        RequestApplication.Inpainting => Application.Inpainting,
        RequestApplication.Analogy => Application.Analogy,
        RequestApplication.Sketch => Application.Sketch,
        _ => throw new ArgumentOutOfRangeException(nameof(application)),
    };

    public static RequestInputRole ToWire(this InputRole role) => role switch
    {
        InputRole.Input => RequestInputRole.Input,
        InputRole.Mask => RequestInputRole.Mask,
        InputRole.Source => RequestInputRole.Source,
        InputRole.Content => RequestInputRole.Content,
        InputRole.Style => RequestInputRole.Style,
        InputRole.Sketch => RequestInputRole.Sketch,
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };

    public static InputRole FromWire(this RequestInputRole role) => role switch
    {
        RequestInputRole.Input => InputRole.Input,
        RequestInputRole.Mask => InputRole.Mask,
        RequestInputRole.Source => InputRole.Source,
        RequestInputRole.Content => InputRole.Content,
        RequestInputRole.Style => InputRole.Style,
        RequestInputRole.Sketch => InputRole.Sketch,
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };
}
