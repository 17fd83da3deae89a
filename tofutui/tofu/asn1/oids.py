"""Names of object identifiers: as OpenSSL prints them, and as they are shown here."""

from tofutui.tofu.asn1.object_names import dotted_by_name, short_names

# fmt: off
_X520 = {
    3: "CN", 4: "SN", 5: "serialNumber", 6: "C", 7: "L", 8: "ST", 9: "street", 10: "O", 11: "OU",
    12: "title", 13: "description", 14: "searchGuide", 15: "businessCategory", 16: "postalAddress",
    17: "postalCode", 18: "postOfficeBox", 19: "physicalDeliveryOfficeName", 20: "telephoneNumber",
    21: "telexNumber", 22: "teletexTerminalIdentifier", 23: "facsimileTelephoneNumber",
    24: "x121Address", 25: "internationaliSDNNumber", 26: "registeredAddress",
    27: "destinationIndicator", 28: "preferredDeliveryMethod", 29: "presentationAddress",
    30: "supportedApplicationContext", 31: "member", 32: "owner", 33: "roleOccupant", 34: "seeAlso",
    35: "userPassword", 36: "userCertificate", 37: "cACertificate", 38: "authorityRevocationList",
    39: "certificateRevocationList", 40: "crossCertificatePair", 41: "name", 42: "GN",
    43: "initials", 44: "generationQualifier", 45: "x500UniqueIdentifier", 46: "dnQualifier",
    47: "enhancedSearchGuide", 48: "protocolInformation", 49: "distinguishedName",
    50: "uniqueMember", 51: "houseIdentifier", 52: "supportedAlgorithms", 53: "deltaRevocationList",
    54: "dmdName", 65: "pseudonym", 72: "role", 97: "organizationIdentifier", 98: "c3", 99: "n3",
    100: "dnsName",
}
_PILOT = {
    1: "UID", 2: "textEncodedORAddress", 3: "mail", 4: "info", 5: "favouriteDrink", 6: "roomNumber",
    7: "photo", 8: "userClass", 9: "host", 10: "manager", 11: "documentIdentifier",
    12: "documentTitle", 13: "documentVersion", 14: "documentAuthor", 15: "documentLocation",
    20: "homeTelephoneNumber", 21: "secretary", 22: "otherMailbox", 23: "lastModifiedTime",
    24: "lastModifiedBy", 25: "DC", 26: "aRecord", 27: "pilotAttributeType27", 28: "mXRecord",
    29: "nSRecord", 30: "sOARecord", 31: "cNAMERecord", 37: "associatedDomain",
    38: "associatedName", 39: "homePostalAddress", 40: "personalTitle", 41: "mobileTelephoneNumber",
    42: "pagerTelephoneNumber", 43: "friendlyCountryName", 44: "uid", 45: "organizationalStatus",
    46: "janetMailbox", 47: "mailPreferenceOption", 48: "buildingName", 49: "dSAQuality",
    50: "singleLevelQuality", 51: "subtreeMinimumQuality", 52: "subtreeMaximumQuality",
    53: "personalSignature", 54: "dITRedirect", 55: "audio", 56: "documentPublisher",
}
_PKCS9 = {
    1: "emailAddress", 2: "unstructuredName", 3: "contentType", 4: "messageDigest",
    5: "signingTime", 6: "countersignature", 7: "challengePassword", 8: "unstructuredAddress",
    9: "extendedCertificateAttributes", 14: "extReq", 15: "SMIME-CAPS", 16: "SMIME",
    20: "friendlyName", 21: "localKeyID",
}
# fmt: on

ATTRIBUTES: dict[str, str] = {
    **{f"2.5.4.{number}": name for number, name in _X520.items()},
    **{f"0.9.2342.19200300.100.1.{number}": name for number, name in _PILOT.items()},
    **{f"1.2.840.113549.1.9.{number}": name for number, name in _PKCS9.items()},
    "1.2.643.3.131.1.1": "INN",
    "1.2.643.100.1": "OGRN",
    "1.2.643.100.3": "SNILS",
    "1.2.643.100.5": "OGRNIP",
    "1.3.6.1.4.1.311.17.1": "CSPName",
    "1.3.6.1.4.1.311.20.2.3": "msUPN",
    "1.3.6.1.4.1.311.60.2.1.1": "jurisdictionL",
    "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionST",
    "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC",
}
"""Attribute types of names: dotted OID -> the short name that OpenSSL prints."""

YOUNG = frozenset(
    dotted
    for dotted in ATTRIBUTES
    if dotted.startswith(("1.2.643.", "1.3.6.1.4.1.311.60.", "2.5.4.9", "2.5.4.100")) and dotted != "2.5.4.9"
)
"""Types whose short names OpenSSL 1.0 did not have: it printed the dotted form."""

_ALIASES = {
    "COMMONNAME": "CN",
    "COUNTRYCODE3C": "c3",
    "COUNTRYCODE3N": "n3",
    "COUNTRYNAME": "C",
    "DNQ": "dnQualifier",
    "DOMAINCOMPONENT": "DC",
    "E": "emailAddress",
    "EMAIL": "emailAddress",
    "GENERATION": "generationQualifier",
    "GIVENNAME": "GN",
    "JURISDICTIONCOUNTRYNAME": "jurisdictionC",
    "JURISDICTIONLOCALITYNAME": "jurisdictionL",
    "JURISDICTIONSTATEORPROVINCENAME": "jurisdictionST",
    "LOCALITYNAME": "L",
    "ORGANIZATIONALUNITNAME": "OU",
    "ORGANIZATIONNAME": "O",
    "RFC822MAILBOX": "mail",
    "S": "ST",
    "STATEORPROVINCENAME": "ST",
    "STREETADDRESS": "street",
    "SURNAME": "SN",
    "T": "title",
    "USERID": "UID",
}
_BY_NAME = {name.upper(): name for name in ATTRIBUTES.values() if name != "uid"} | _ALIASES


def attribute_type(printed: str) -> str | None:
    """The short name behind a printed attribute type: any case, long names, Java's words, dotted OIDs.

    None where no such type is known; a dotted OID without a short name stays as it is.
    """
    word = printed.upper().removeprefix("OID.")
    if word[:1].isdigit():
        return short_name(word)
    # OpenSSL has both UID (userId) and uid (uniqueIdentifier); only the case distinguishes them.
    if printed == "uid":
        return printed
    known = _BY_NAME.get(word)
    if known is not None:
        return known
    dotted = dotted_by_name().get(word)
    return None if dotted is None else short_name(dotted)


def short_name(dotted: str) -> str:
    """The short name that OpenSSL prints for an object; the dotted form where it has none."""
    return ATTRIBUTES.get(dotted) or short_names().get(dotted, dotted)


def is_usual(printed: str) -> bool:
    """Whether a printed type is one that names are made of, and not any other object with a name."""
    word = printed.upper().removeprefix("OID.")
    return printed == "uid" or word in _BY_NAME or word[:1].isdigit()


_POST_QUANTUM = {
    "2.16.840.1.101.3.4.3.17": "ML-DSA-44",
    "2.16.840.1.101.3.4.3.18": "ML-DSA-65",
    "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
    "2.16.840.1.101.3.4.3.20": "SLH-DSA-SHA2-128s",
    "2.16.840.1.101.3.4.3.21": "SLH-DSA-SHA2-128f",
    "2.16.840.1.101.3.4.3.22": "SLH-DSA-SHA2-192s",
    "2.16.840.1.101.3.4.3.23": "SLH-DSA-SHA2-192f",
    "2.16.840.1.101.3.4.3.24": "SLH-DSA-SHA2-256s",
    "2.16.840.1.101.3.4.3.25": "SLH-DSA-SHA2-256f",
    "2.16.840.1.101.3.4.3.26": "SLH-DSA-SHAKE-128s",
    "2.16.840.1.101.3.4.3.27": "SLH-DSA-SHAKE-128f",
    "2.16.840.1.101.3.4.3.28": "SLH-DSA-SHAKE-192s",
    "2.16.840.1.101.3.4.3.29": "SLH-DSA-SHAKE-192f",
    "2.16.840.1.101.3.4.3.30": "SLH-DSA-SHAKE-256s",
    "2.16.840.1.101.3.4.3.31": "SLH-DSA-SHAKE-256f",
}

SIGNATURES: dict[str, str] = {
    "1.2.840.113549.1.1.2": "md2WithRSAEncryption",
    "1.2.840.113549.1.1.3": "md4WithRSAEncryption",
    "1.2.840.113549.1.1.4": "md5WithRSAEncryption",
    "1.2.840.113549.1.1.5": "sha1WithRSAEncryption",
    "1.2.840.113549.1.1.10": "rsassaPss",
    "1.2.840.113549.1.1.11": "sha256WithRSAEncryption",
    "1.2.840.113549.1.1.12": "sha384WithRSAEncryption",
    "1.2.840.113549.1.1.13": "sha512WithRSAEncryption",
    "1.2.840.113549.1.1.14": "sha224WithRSAEncryption",
    "1.3.14.3.2.29": "sha1WithRSA",
    "1.2.840.10040.4.3": "dsaWithSHA1",
    "2.16.840.1.101.3.4.3.1": "dsa_with_SHA224",
    "2.16.840.1.101.3.4.3.2": "dsa_with_SHA256",
    "2.16.840.1.101.3.4.3.3": "dsa_with_SHA384",
    "2.16.840.1.101.3.4.3.4": "dsa_with_SHA512",
    "1.2.840.10045.4.1": "ecdsa-with-SHA1",
    "1.2.840.10045.4.3.1": "ecdsa-with-SHA224",
    "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
    "1.2.840.10045.4.3.3": "ecdsa-with-SHA384",
    "1.2.840.10045.4.3.4": "ecdsa-with-SHA512",
    "1.3.101.112": "ED25519",
    "1.3.101.113": "ED448",
    **_POST_QUANTUM,
}
"""Signature algorithms: dotted OID -> the name that OpenSSL prints; for others, `short_name` knows it."""

KEYS: dict[str, str] = {
    "1.2.840.113549.1.1.1": "RSA",
    "1.2.840.113549.1.1.10": "RSA-PSS",
    "1.2.840.10045.2.1": "EC",
    "1.2.840.10040.4.1": "DSA",
    "1.2.840.10046.2.1": "DH",
    "1.2.840.113549.1.3.1": "DH",
    "1.3.101.110": "X25519",
    "1.3.101.111": "X448",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
    **_POST_QUANTUM,
}
"""Public-key algorithms."""

CURVES: dict[str, str] = {
    "1.2.840.10045.3.1.1": "secp192r1",
    "1.2.840.10045.3.1.7": "secp256r1",
    "1.3.132.0.10": "secp256k1",
    "1.3.132.0.31": "secp192k1",
    "1.3.132.0.33": "secp224r1",
    "1.3.132.0.34": "secp384r1",
    "1.3.132.0.35": "secp521r1",
    "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1",
    "1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1",
    "1.3.36.3.3.2.8.1.1.13": "brainpoolP512r1",
}
"""Named curves, under their SEC names; for others, `short_name` knows OpenSSL's."""
