namespace Vgpnn.Synthesis.Options;

/// <summary>Names of applications in texts and on the wire; they stay the same when an enum member is renamed.</summary>
public static class ApplicationNames
{
    /// <summary>The name of an application: <c>generation</c>.</summary>
    public static string Name(this Application application) => application switch
    {
        Application.Generation => "generation",
        Application.Retargeting => "retargeting",
        Application.Inpainting => "inpainting",
        Application.Analogy => "analogy",
        Application.Sketch => "sketch",
        _ => throw new ArgumentOutOfRangeException(nameof(application)),
    };
}
