using Vgpnn.Render;

// Renders the clips named on the command line, or all of them, into the current directory.
IScene[] scenes = [new Balloons(), new Koi(), new Lanterns()];
IScene[] chosen = args.Length == 0 ? scenes : [.. scenes.Where(scene => args.Contains(scene.Name))];
if (chosen.Length == 0)
{
    Console.Error.WriteLine($"usage: dotnet run --project samples/Render [{string.Join("|", scenes.Select(s => s.Name))}]…");
    return 2;
}

foreach (IScene scene in chosen)
{
    string path = scene.Name + ".mp4";
    Film.Write(scene, path);
    Console.WriteLine($"{path}: {scene.Frames} frames, {new FileInfo(path).Length / 1000} kB");
}

return 0;
