/** Every format of findings, the default first. */
export const formatNames = ['stylish', 'json', 'sarif', 'github', 'gitlab', 'junit', 'unix'] as const;

/** One of {@link formatNames}. */
export type FormatName = (typeof formatNames)[number];
