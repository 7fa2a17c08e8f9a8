import { resolve } from 'node:path'
import type { Command } from 'commander'
import { AppError } from '../../platform/errors.ts'
import {
  installService,
  removeService,
  reportService,
  restartService,
  type ServiceReport,
  type ServiceRequest,
} from '../service/service.ts'
import { type CommandContext, run } from './context.ts'

/** Puts the choice of the service on a command. */
const withScope = (command: Command): Command =>
  command.option('--user', 'the service of your user (the default)').option('--system', 'the service of the machine; changes need root')

function requestOf(command: Command): ServiceRequest {
  const { user, system, force, data } = command.optsWithGlobals() as { user?: true; system?: true; force?: true; data?: string }
  if (user && system) throw new AppError('command.invalid', 'Choose one of --user and --system')
  return { scope: system ? 'system' : 'user', force: force === true, ...(data === undefined ? {} : { dataDir: resolve(data) }) }
}

function reportText(report: ServiceReport): string {
  const whose = report.scope === 'system' ? 'of the machine' : 'of your user'
  if (!report.found)
    return `The service ${whose} is not installed.\n  streams service install${report.scope === 'system' ? ' --system' : ''}`
  const start = report.scope === 'system' ? 'at boot' : report.lingers === true ? 'at boot (your user lingers)' : 'when you log in'
  const lines = [
    `The service ${whose} is ${report.active}${report.since === null ? '' : ` since ${report.since}`}${report.pid === null ? '' : ` (pid ${report.pid})`}.`,
    `  Starts   ${report.enabled ? start : 'by hand alone'}`,
    `  Unit     ${report.file}`,
    ...report.dropIns.map((file) => `           ${file}`),
    `  Data     ${report.dataDir}`,
    `  Log      ${report.journal}`,
  ]
  if (report.restarts > 0) lines.push(`  Restarts ${report.restarts}, by systemd after failures`)
  return lines.join('\n')
}

export function addServiceCommands(program: Command, context: CommandContext): void {
  const service = program
    .command('service')
    .description('run the host as a systemd service')
    .addHelpText(
      'after',
      `
The service of your user has your devices and your data folder, and runs while you are logged in. That of the machine
runs as user ami-streams from boot on, with its data in /var/lib/ami-streams.

Examples:
  streams service install               start now and at each login
  sudo streams service install --system start now and at each boot
  streams service restart               after an update: no connection is rejected meanwhile
  streams service status --json         for programs`,
    )
  withScope(service.command('install').description('start the host now and at each login or boot; safe to repeat'))
    .option('--force', 'replace a unit file that was changed by hand')
    .action(
      run(context, (output, command) => {
        const report = installService(requestOf(command))
        output.result(report, () => {
          const lines = [reportText(report)]
          if (report.scope === 'user' && report.lingers === false)
            lines.push('', 'It ends when you log out. To have it run from boot on:', '  loginctl enable-linger')
          return lines.join('\n')
        })
      }),
    )
  withScope(service.command('restart').description('start the service again, for an update; its ports stay open meanwhile')).action(
    run(context, async (output, command) => {
      const report = await restartService(requestOf(command).scope)
      output.result(report, () => reportText(report))
    }),
  )
  withScope(service.command('status').description('whether it is installed and runs, and where its data and its log are')).action(
    run(context, (output, command) => {
      const report = reportService(requestOf(command))
      output.result(report, () => reportText(report))
    }),
  )
  withScope(service.command('remove').description('end the service and remove it; its data stay'))
    .option('--force', 'remove a unit file that was changed by hand')
    .action(
      run(context, (output, command) => {
        const report = removeService(requestOf(command))
        output.result({ scope: report.scope, dataDir: report.dataDir }, () => `The service is removed. Its data stay in ${report.dataDir}`)
      }),
    )
}
