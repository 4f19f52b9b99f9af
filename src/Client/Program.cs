Console.Error.WriteLine("vgpnn");
