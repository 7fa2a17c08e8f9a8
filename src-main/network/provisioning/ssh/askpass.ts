import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const script = `#!/bin/sh
mkdir "$AMI_STREAMS_ASKED" 2>/dev/null || exit 1
printf '%s\\n' "$AMI_STREAMS_ANSWER"
`

/** Writes the program that `ssh` asks for a password or passphrase. The answer is in no file. */
export function writeAskpass(folder: string): void {
  writeFileSync(join(folder, 'askpass'), script, { mode: 0o700 })
}

/** Environment of a program of OpenSSH that may ask once: a wrong answer is not given again and again. Without an answer it gets none. */
export function askpassEnvironment(folder: string, answer: string | undefined): Record<string, string> {
  return {
    SSH_ASKPASS: answer === undefined ? '/bin/false' : join(folder, 'askpass'),
    SSH_ASKPASS_REQUIRE: 'force',
    DISPLAY: ':none',
    AMI_STREAMS_ASKED: join(folder, 'asked'),
    ...(answer === undefined ? {} : { AMI_STREAMS_ANSWER: answer }),
  }
}
