/** Arrays as parameters of statements. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Result from "effect/Result"

const { OID } = PgTypes

/** An array of texts as a parameter. */
export const texts = (values: ReadonlyArray<string | null>) => Result.getOrThrow(PgTypes.array(values, OID.text))
/** An array of numbers as a parameter. */
export const ints = (values: ReadonlyArray<number | null>) => Result.getOrThrow(PgTypes.array(values, OID.int4))
/** An array of long numbers as a parameter. */
export const longs = (values: ReadonlyArray<number | null>) =>
  Result.getOrThrow(
    PgTypes.array(
      values.map((value) => (value === null ? null : BigInt(value))),
      OID.int8
    )
  )
