using BenchmarkDotNet.Running;
using Vgpnn.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(Config).Assembly).Run(args, new Config());
