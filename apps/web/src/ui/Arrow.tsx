/** An arrow from sender to receiver, drawn because not every font has one. */
export const Arrow = () => (
  <>
    <span className="hidden"> to </span>
    <svg className="arrow" aria-hidden="true" viewBox="0 0 20 12">
      <path d="M1 6h17m0 0-5-5m5 5-5 5" />
    </svg>
  </>
)
