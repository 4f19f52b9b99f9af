using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Vgpnn.Architecture.Tests;

/// <summary>Which types of the product name which other types, read from its assemblies.</summary>
internal sealed class TypeGraph
{
    private static readonly string[] Projects = ["Vgpnn.Kernels", "Vgpnn.Synthesis", "Vgpnn.Media", "Vgpnn.Contracts", "Vgpnn.Grains", "silo", "vgpnn"];

    private readonly Dictionary<string, TypeNode> _nodes = [];

    private TypeGraph()
    {
        foreach (string project in Projects)
        {
            using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, project + ".dll"));
            foreach (TypeDefinition type in assembly.MainModule.Types.Where(t => t.Namespace.StartsWith("Vgpnn.", StringComparison.Ordinal)))
            {
                if (IsGenerated(type)) continue;
                var node = new TypeNode(type.FullName, type.Namespace, project);
                foreach (TypeReference reference in References(type)) node.Add(Outermost(reference));
                _nodes[node.Name] = node;
            }
        }
    }

    public static TypeGraph Product { get; } = new();

    /// <summary>All types written by hand; nested ones count as part of the outermost.</summary>
    public IEnumerable<TypeNode> Types => _nodes.Values;

    /// <summary>Pairs of product types of which one names the other.</summary>
    public IEnumerable<(TypeNode From, TypeNode To)> Arrows =>
        from node in Types from name in node.Names where name != node.Name && _nodes.ContainsKey(name) select (node, _nodes[name]);

    private static bool IsGenerated(TypeDefinition type) =>
        type.Name.StartsWith('<') || type.Namespace.StartsWith("OrleansCodeGen", StringComparison.Ordinal)
        || type.CustomAttributes.Any(a => a.AttributeType.Name is "GeneratedCodeAttribute" or "CompilerGeneratedAttribute");

    private static IEnumerable<TypeReference> References(TypeDefinition type)
    {
        IEnumerable<TypeReference> own = type.Interfaces.Select(i => i.InterfaceType)
            .Concat(type.CustomAttributes.Select(a => a.AttributeType))
            .Concat(type.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType))
            .Concat(type.Fields.Select(f => f.FieldType))
            .Concat(type.Methods.SelectMany(OfMethod));
        if (type.BaseType is { } parent) own = own.Append(parent);
        return own.SelectMany(Parts).Concat(type.NestedTypes.SelectMany(References));
    }

    private static IEnumerable<TypeReference> OfMethod(MethodDefinition method)
    {
        foreach (ParameterDefinition parameter in method.Parameters) yield return parameter.ParameterType;
        yield return method.ReturnType;
        foreach (CustomAttribute attribute in method.CustomAttributes) yield return attribute.AttributeType;
        foreach (TypeReference constraint in method.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType)) yield return constraint;
        if (!method.HasBody) yield break;
        foreach (VariableDefinition variable in method.Body.Variables) yield return variable.VariableType;
        foreach (Instruction instruction in method.Body.Instructions)
        {
            switch (instruction.Operand)
            {
                case TypeReference named:
                    yield return named;
                    break;
                case FieldReference field:
                    yield return field.DeclaringType;
                    yield return field.FieldType;
                    break;
                case MethodReference called:
                    yield return called.DeclaringType;
                    yield return called.ReturnType;
                    if (called is GenericInstanceMethod generic)
                        foreach (TypeReference argument in generic.GenericArguments) yield return argument;
                    break;
            }
        }
    }

    private static IEnumerable<TypeReference> Parts(TypeReference type)
    {
        switch (type)
        {
            case GenericParameter:
                return [];
            case GenericInstanceType generic:
                return generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType);
            case TypeSpecification specification:
                return Parts(specification.ElementType);
            default:
                return [type];
        }
    }

    private static string Outermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer) type = outer;
        return type.FullName;
    }
}

/// <summary>A type of the product.</summary>
/// <param name="Name">With its namespace.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Project">Its assembly.</param>
internal sealed record TypeNode(string Name, string Namespace, string Project)
{
    private readonly HashSet<string> _names = [];

    /// <summary>Full names of the types that it names, those of other libraries included.</summary>
    public IReadOnlyCollection<string> Names => _names;

    public void Add(string name) => _names.Add(name);
}
