import type { Command } from 'commander'
import { addConfigFlags, type CommandContext, configOf, run } from './context.ts'

export function addDoctorCommand(program: Command, context: CommandContext): void {
  addConfigFlags(program.command('doctor'))
    .description('what is present, what is missing, and what to do about it')
    .addHelpText(
      'after',
      '\nEnds with code 1 where something keeps the host from starting.\n\nExamples:\n  streams doctor\n  streams doctor --http-port 9000     whether that port is free',
    )
    .action(
      run(context, async (output, command) => {
        const { examine } = await import('../doctor/examine.ts')
        const findings = await examine(configOf(command, context).config)
        const healthy = findings.every((finding) => finding.state !== 'fail')
        output.result({ ok: healthy, findings }, () =>
          findings
            .map(
              (one) =>
                `${one.state.padEnd(4)}  ${one.name.padEnd(14)} ${one.detail}${one.remedy ? `\n${' '.repeat(21)}→ ${one.remedy}` : ''}`,
            )
            .join('\n'),
        )
        if (!healthy) context.exit(1)
      }),
    )
}
