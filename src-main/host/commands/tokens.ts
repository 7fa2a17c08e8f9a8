import type { Command } from 'commander'
import { AppError } from '../../platform/errors.ts'
import { table } from '../output.ts'
import { type CommandContext, clientOf, configOf, run } from './context.ts'
import { findTypedHost } from './typed-client.ts'

export function addTokensCommands(program: Command, context: CommandContext): void {
  const tokens = program
    .command('tokens')
    .description('tokens for programs, and sign-in links for people')
    .addHelpText(
      'after',
      `
Examples:
  streams tokens link                             a one-time link that signs a browser in
  streams tokens create grafana --role viewer
  streams tokens create ci --role editor --days 30
  streams tokens recover                          on the machine of the host: when nobody can sign in any more`,
    )
  tokens
    .command('list')
    .description('all tokens, without their secrets')
    .action(
      run(context, async (output, command) => {
        const answer = await clientOf(command, context).get('/tokens')
        output.result(answer, () =>
          table(
            ['ID', 'LABEL', 'ROLE', 'EXPIRES', 'REVOKED', 'LAST USED'],
            answer.items.map((one) => [
              one.id,
              one.label,
              one.role,
              one.expiresAt ?? 'never',
              one.revokedAt ?? '',
              one.lastUsedAt ?? 'never',
            ]),
          ),
        )
      }),
    )
  tokens
    .command('create <label>')
    .description('create a token; it is shown once')
    .option('--role <role>', 'viewer, editor or admin', 'viewer')
    .option('--days <number>', 'days until it expires; never where left out')
    .action(
      run(context, async (output, command) => {
        const { role, days } = command.opts() as { role: string; days?: string }
        const life = Number(days ?? 1)
        if (!Number.isFinite(life) || life <= 0 || life > 36_500)
          throw new AppError('request.invalid', `--days "${days}" is not a number of days above 0`)
        const expiresAt = days === undefined ? null : new Date(Date.now() + life * 86_400_000).toISOString()
        const made = await clientOf(command, context).send('POST', '/tokens', {
          label: command.args[0],
          role,
          expiresAt,
        })
        output.result(made, () => `Token for ${made.token.role} (id ${made.token.id}). It is shown this once:\n\n  ${made.secret}`)
      }),
    )
  tokens
    .command('revoke <id>')
    .description('revoke a token; this cannot be undone')
    .action(
      run(context, async (output, command) => {
        const token = await clientOf(command, context).send('DELETE', `/tokens/${encodeURIComponent(command.args[0] ?? '')}`)
        output.result(token, () => `Token ${token.id} is revoked.`)
      }),
    )
  tokens
    .command('link')
    .description('create a one-time sign-in link; it is valid for ten minutes')
    .option('--role <role>', 'viewer, editor or admin', 'admin')
    .action(
      run(context, async (output, command) => {
        const link = await clientOf(command, context).send('POST', '/tokens/link', command.opts())
        output.result(link, () => `Open within ten minutes, once:\n\n  ${link.url}`)
      }),
    )
  tokens
    .command('recover')
    .description('sign in again as admin, on the machine of the host, whether it runs or not')
    .addHelpText(
      'after',
      `
Needs the rights of the user that the host runs as. A host that runs answers with a one-time sign-in link; for one that
does not, an admin token for 24 hours is written to its data folder.

Example:
  sudo -u streams streams tokens recover --data /var/lib/streams`,
    )
    .action(
      run(context, async (output, command) => {
        if ((command.optsWithGlobals() as { url?: string }).url !== undefined)
          throw new AppError('command.invalid', '`tokens recover` works on the machine of the host, without --url')
        const dataDir = configOf(command, context).config.data
        try {
          const { recoverAccess } = await import('./recover.ts')
          const made = await recoverAccess(dataDir)
          output.result(made, () =>
            [
              `No host runs on ${dataDir}. From its next start this admin token signs in, for 24 hours:`,
              `\n  ${made.secret}\n`,
              'Paste it on the sign-in page, then create tokens or links for everybody else.',
            ].join('\n'),
          )
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'host.already_running') throw error
          const client = findTypedHost({ dataDir })
          const link = await client.send('POST', '/tokens/link', { role: 'admin' })
          const here = `${client.url}/${new URL(link.url).hash}`
          output.result(link, () =>
            ['Open within ten minutes, once:', '', `  ${link.url}`, ...(here === link.url ? [] : [`  ${here}  (on this machine)`])].join(
              '\n',
            ),
          )
        }
      }),
    )
}
