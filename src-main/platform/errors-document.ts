import { errorKinds } from './errors.ts'

/** docs/errors.md, made from the catalogue; a test fails where the file differs. */
export function errorsDocument(): string {
  const rows = Object.entries(errorKinds).map(([code, kind]) => `| \`${code}\` | ${kind.status} | ${kind.title} | ${kind.remedy} |`)
  return `# Errors

Made from the catalogue in \`src-main/platform/error-kinds\` by \`node src-main/host/print-errors.ts\`: do not edit by hand.

The API answers errors as \`application/problem+json\`, the command line with \`--json\` as \`{ "error": { "code", "message", "remedy" } }\`.
Programs match \`code\`; it does not change between versions.

| code | HTTP status | what | what to do |
|---|---|---|---|
${rows.join('\n')}
`
}
