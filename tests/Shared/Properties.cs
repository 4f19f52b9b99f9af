using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Testing;

/// <summary>Checks properties with generated cases.</summary>
internal static class Properties
{
    /// <summary>
    /// Calls <paramref name="body"/> with generated cases; a case fails by an exception. The cases are the same in every run, so that failures can be
    /// reproduced; the message names the case.
    /// </summary>
    public static void Holds<T>(Gen<T> cases, Action<T> body, int count = 100) =>
        Prop.ForAll(Arb.From(cases), body)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(count).WithReplay(20221123, 7).WithQuietOnSuccess(true));

    /// <summary>Extents from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Gen<Extent> Extents(Extent least, Extent most) =>
        from t in Gen.Choose(least.T, most.T)
        from h in Gen.Choose(least.H, most.H)
        from w in Gen.Choose(least.W, most.W)
        select new Extent(t, h, w);

    /// <summary>Numbers between two bounds, both rounded to thousandths and both possible.</summary>
    public static Gen<double> Between(double least, double most) =>
        from n in Gen.Choose((int)Math.Round(least * 1000), (int)Math.Round(most * 1000))
        select n / 1000.0;
}
