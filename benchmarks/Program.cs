using BenchmarkDotNet.Running;
using Vgpnn.Benchmarks;
using Vgpnn.Benchmarks.Simulation;

if (args is [SimulateVerb.Name, .. var rest]) SimulateVerb.Run(rest, Console.Out);
else BenchmarkSwitcher.FromAssembly(typeof(Config).Assembly).Run(args, new Config());
