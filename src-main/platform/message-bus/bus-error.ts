/** What a program answered instead of doing what it was asked. */
export class BusError extends Error {
  /** e.g. `org.freedesktop.DBus.Error.ServiceUnknown` */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

const errors = 'org.freedesktop.DBus.Error'
export const failed = `${errors}.Failed`
export const limitsExceeded = `${errors}.LimitsExceeded`
export const invalidArguments = `${errors}.InvalidArgs`
export const unknownObject = `${errors}.UnknownObject`
export const unknownInterface = `${errors}.UnknownInterface`
export const unknownMethod = `${errors}.UnknownMethod`
export const unknownProperty = `${errors}.UnknownProperty`
export const readOnlyProperty = `${errors}.PropertyReadOnly`
