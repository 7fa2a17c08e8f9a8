import { PassThrough } from 'node:stream'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { createProgram } from './program.ts'

/** Runs the command line in this process up to where commander would end it. */
async function streams(...args: string[]): Promise<{ out: string; errors: string }> {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const program = createProgram({
    environment: {},
    stdout,
    stderr,
    untilStopped: () => Promise.resolve('system' as const),
    exit: () => undefined,
  })
  const endInsteadOfExit = (command: Command): void => {
    command.exitOverride()
    command.commands.forEach(endInsteadOfExit)
  }
  endInsteadOfExit(program)
  await program.parseAsync(args, { from: 'user' }).catch(() => undefined)
  return { out: String(stdout.read() ?? ''), errors: String(stderr.read() ?? '') }
}

describe('the help of the command line', () => {
  it('shows what can be done, with examples', async () => {
    const { out } = await streams('--help')
    expect(out.replaceAll(/ +$/gm, '').split('Options:')[0]).toMatchInlineSnapshot(`
      "Usage: streams [options] [command]

      AMI Streams: a streaming host on one machine. Streams come in over RTMP, people
      watch them in a browser.

      "
    `)
    expect(out.slice(out.indexOf('Commands:'))).toMatchInlineSnapshot(`
      "Commands:
        start [options]          run the host and open a window on it
        open [options] [target]  show the window, at what a link or a collection file
                                 leads to
        host [options]           run the host without a window
        edge [options]           deliver the streams of a host elsewhere, close to
                                 their viewers
        network                  nodes that deliver the streams of this host elsewhere
        functions                functions that answer requests at nodes
        demo                     the built-in test stream: moving video with a clock
                                 and a beep
        status [options]         what the running host does
        streams                  list and manage streams
        studio                   run a show: scenes, sources, outputs
        obs                      OBS Studio
        desktop                  desktops of the machine of the host, in a browser
        keys                     create and manage stream keys
        tokens                   tokens for programs, and sign-in links for people
        service                  run the host as a systemd service
        tray [options]           an icon in the panel of the desktop: what is live,
                                 scenes, mute, go live; follows a host that runs as a
                                 service, too
        doctor [options]         what is present, what is missing, and what to do
                                 about it
        completion <shell>       print the script that completes commands in a shell;
                                 packages bring it along
        help [command]           display help for command

      Examples:
        streams                         the host and a window on it
        streams demo                    something to look at
        streams keys create studio      server and key for OBS, a line for ffmpeg
        streams studio run --collection show.json   the studio, without a window
        streams status --json           for programs
        streams doctor                  when something does not work
      "
    `)
  })

  it.each([
    'start',
    'host',
    'network',
    'demo',
    'status',
    'streams',
    'studio',
    'desktop',
    'keys',
    'tokens',
    'service',
    'doctor',
    'completion',
  ])('has examples for %s', async (name) => {
    const { out } = await streams(name, '--help')
    expect(out).toMatch(new RegExp(`Examples:\\n  streams( ${name}|\\s)`))
    expect(out, 'options of every command').toContain('--json')
  })
})

describe('a command line that is not understood', () => {
  it.each([
    [['status', '--nonsense'], "unknown option '--nonsense'"],
    [['keys', 'create'], "missing required argument 'stream'"],
    [['nonsense'], 'too many arguments'],
  ])('is reported in the form that was asked for: %s', async (args, message) => {
    const plain = await streams(...args)
    expect([plain.out, plain.errors]).toEqual(['', expect.stringContaining(message)])
    const json = await streams(...args, '--json')
    expect(JSON.parse(json.out).error).toMatchObject({ code: 'command.invalid', message: expect.stringContaining(message) })
    expect(json.errors).toBe('')
  })
})
