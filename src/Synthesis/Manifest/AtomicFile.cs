namespace Vgpnn.Synthesis.Manifest;

/// <summary>Small files that appear whole or not at all.</summary>
public static class AtomicFile
{
    /// <summary>Replaces the file at <paramref name="path"/> by way of a temporary one beside it, flushed to disk first.</summary>
    /// <exception cref="IOException">The disk is full or the directory is gone; the old file is untouched.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
