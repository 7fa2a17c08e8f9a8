/**
 * Header that everything sends which the host fetches or calls: sources, hooks, alerts, WHIP. It makes the host's own API treat such a request as one that a proxy
 * passed on (RFC 9110 section 7.6.3), never as one of the person at this machine.
 */
export const fetchedByHost = { name: 'Via', value: '1.1 ami-streams-source' } as const

/** The header as FFmpeg's option `headers` of HTTP inputs takes it; it goes with redirects and with what a playlist lists. */
export const ffmpegHeaders = `${fetchedByHost.name}: ${fetchedByHost.value}\r\n`
