using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Vgpnn.Grains.Abstractions;

namespace Vgpnn.Silo.Api.Sessions;

/// <summary>A browser's session: bound to a key, and valid as long as the key is.</summary>
/// <param name="KeyId">The key's id.</param>
/// <param name="SessionId">The session's id.</param>
/// <param name="Began">When it began.</param>
internal sealed record SessionTicket(string KeyId, string SessionId, DateTimeOffset Began)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>When it ends.</summary>
    public DateTimeOffset Expires => Began + Lifetime;
}

/// <summary>Writes sessions into cookies that only the cluster's silos can make and read; nothing of a session is stored until it is ended.</summary>
internal sealed class SessionTickets(IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("session.v1");

    /// <summary>Begins a session of a key.</summary>
    public (SessionTicket Ticket, string Cookie) Issue(string keyId)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var ticket = new SessionTicket(keyId, NewId.Make(), DateTimeOffset.FromUnixTimeMilliseconds(now));
        string text = string.Create(CultureInfo.InvariantCulture, $"{ticket.KeyId} {ticket.SessionId} {now}");
        return (ticket, _protector.Protect(text));
    }

    /// <summary>Reads a cookie; <c>null</c>: it was not made here, or has expired.</summary>
    public SessionTicket? Read(string cookie)
    {
        string text;
        try
        {
            text = _protector.Unprotect(cookie);
        }
        catch (CryptographicException)
        {
            return null;
        }

        if (text.Split(' ') is not [var key, var session, var time] || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out long began)) return null;
        var ticket = new SessionTicket(key, session, DateTimeOffset.FromUnixTimeMilliseconds(began));
        return ticket.Expires > DateTimeOffset.UtcNow ? ticket : null;
    }
}
