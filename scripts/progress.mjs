/** Short progress lines on standard error, so that standard output stays a program's own. */
const started = performance.now()

export function say(line) {
  process.stderr.write(`  ${line}\n`)
}

/** Runs a step and says how long it took. */
export async function timed(label, work) {
  const from = performance.now()
  const result = await work()
  say(`${label} (${seconds(performance.now() - from)})`)
  return result
}

/** Whole run so far, e.g. `1.4 s`. */
export function sinceStart() {
  return seconds(performance.now() - started)
}

export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`
}
