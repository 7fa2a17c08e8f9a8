import { Command } from 'commander'
import { AppError } from '../platform/errors.ts'
import { addCompletionCommand } from './commands/completion.ts'
import type { CommandContext } from './commands/context.ts'
import { addDemoCommands } from './commands/demo.ts'
import { addDesktopCommands } from './commands/desktop.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addEdgeCommand } from './commands/edge.ts'
import { addFunctionCommands } from './commands/functions.ts'
import { addHostCommand } from './commands/host.ts'
import { addKeysCommands } from './commands/keys.ts'
import { addNetworkCommands } from './commands/network.ts'
import { addObsCommands } from './commands/obs.ts'
import { addOpenCommand } from './commands/open.ts'
import { addServiceCommands } from './commands/service.ts'
import { addStartCommand } from './commands/start.ts'
import { addStatusCommand } from './commands/status.ts'
import { addStreamsCommands } from './commands/streams.ts'
import { addStudioCommands } from './commands/studio.ts'
import { addTokensCommands } from './commands/tokens.ts'
import { addTrayCommand } from './commands/tray.ts'
import { createOutput } from './output.ts'
import { version } from './version.ts'

/** The command line. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('streams')
    .description('AMI Streams: a streaming host on one machine. Streams come in over RTMP, people watch them in a browser.')
    .version(version)
    .option('--data <folder>', 'data folder of the host')
    .option('--url <url>', 'for client commands: a host elsewhere, e.g. https://live.example.com')
    .option('--token <token>', 'for client commands: token for --url')
    .option('--json', 'print JSON alone on standard output')
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      getOutHelpWidth: () => (context.stdout as Partial<NodeJS.WriteStream>).columns ?? 80,
      getErrHelpWidth: () => (context.stderr as Partial<NodeJS.WriteStream>).columns ?? 80,
      outputError: (text) => {
        // Commander has not read the options yet when it does not understand them.
        const json = (program as unknown as { rawArgs: readonly string[] }).rawArgs.includes('--json')
        const message = text.trim().replace(/^error: /, '')
        createOutput(json, context.stdout, context.stderr).failure(new AppError('command.invalid', message))
      },
    })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      `
Examples:
  streams                         the host and a window on it
  streams demo                    something to look at
  streams keys create studio      server and key for OBS, a line for ffmpeg
  streams studio run --collection show.json   the studio, without a window
  streams status --json           for programs
  streams doctor                  when something does not work`,
    )
  addStartCommand(program, context)
  addOpenCommand(program, context)
  addHostCommand(program, context)
  addEdgeCommand(program, context)
  addNetworkCommands(program, context)
  addFunctionCommands(program, context)
  addDemoCommands(program, context)
  addStatusCommand(program, context)
  addStreamsCommands(program, context)
  addStudioCommands(program, context)
  addObsCommands(program, context)
  addDesktopCommands(program, context)
  addKeysCommands(program, context)
  addTokensCommands(program, context)
  addServiceCommands(program, context)
  addTrayCommand(program, context)
  addDoctorCommand(program, context)
  addCompletionCommand(program, context)
  return program
}
