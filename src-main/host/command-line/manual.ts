import type { Command } from 'commander'
import { type DescribedOption, describedCommands } from './described-commands.ts'

/** Text of roff(7): nothing in it is a request or an escape. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&')

const optionText = ({ flags, value, description }: DescribedOption): string =>
  `.TP\n\\fB${roff(flags.join(', '))}\\fR${value === '' ? '' : ` \\fI${roff(value)}\\fR`}\n${roff(description)}`

/** The page streams(1). `date`: ISO 8601 day. */
export function manualPage(program: Command, version: string, date: string): string {
  const [all, ...commands] = describedCommands(program)
  if (all === undefined) throw new Error('there is no command line')
  const sections = commands.flatMap(({ path, arguments: words, description, options, commands: below }) =>
    below.length > 0 ? [] : [`.SS "${roff([...path, ...words].join(' '))}"\n${roff(description)}`, ...options.map(optionText)],
  )
  return `${[
    `.TH STREAMS 1 "${date}" "AMI Streams ${version}" "User Commands"`,
    '.SH NAME',
    roff('streams - streaming studio and live platform'),
    '.SH SYNOPSIS',
    '.B streams',
    '[\\fIoptions\\fR] [\\fIcommand\\fR]',
    '.SH DESCRIPTION',
    roff(all.description),
    'Without a command it runs the host and opens a window on it. Programs pass \\fB\\-\\-json\\fR.',
    '.SH OPTIONS',
    ...all.options.map(optionText),
    '.SH COMMANDS',
    ...sections,
    '.SH ENVIRONMENT',
    roff(
      'Each option of `streams host` has a variable: STREAMS_HTTP_PORT is --http-port. Flags win over variables, variables over the option file.',
    ),
    '.SH FILES',
    '.TP',
    '.I ~/.local/share/ami\\-streams',
    'Data of a user: database, keys, certificate, recordings, \\fIconfig.json\\fR with options.',
    '.TP',
    '.I /var/lib/ami\\-streams',
    'Data of the service of the machine.',
    '.TP',
    '.I /etc/default/ami\\-streams',
    'Options of the service of the machine, as variables.',
    '.SH EXIT STATUS',
    '0 where the command did what was asked, 1 where it did not; standard error, or with \\fB\\-\\-json\\fR standard output, says why.',
    '.SH SEE ALSO',
    '.BR systemctl (1),',
    '.BR journalctl (1),',
    '.BR ffmpeg (1)',
  ].join('\n')}\n`
}
