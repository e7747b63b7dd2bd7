type Props = { label: string };

/** A button. */
export const Button = ({ label }: Props) => {
    return <button className="wide">{label}</button>;
};
